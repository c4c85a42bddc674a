"""Triggers that keep the actions of cases as they were written."""

from django.db import migrations

from madoguchi.apps.cases import appendonly


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(appendonly.ACTIONS.create, appendonly.ACTIONS.drop)]
