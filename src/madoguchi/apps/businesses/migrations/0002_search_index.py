from django.db import migrations

from madoguchi.apps.businesses import searchindex


class Migration(migrations.Migration):
    dependencies = [("businesses", "0001_initial")]
    operations = [migrations.RunPython(searchindex.create, searchindex.drop)]
