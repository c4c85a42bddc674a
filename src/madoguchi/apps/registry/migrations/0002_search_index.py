from django.db import migrations

from madoguchi.apps.registry import searchindex


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunPython(searchindex.create, searchindex.drop)]
