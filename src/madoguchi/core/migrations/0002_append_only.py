from django.db import migrations

from madoguchi.core import appendonly


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(appendonly.AUDIT.create, appendonly.AUDIT.drop)]
