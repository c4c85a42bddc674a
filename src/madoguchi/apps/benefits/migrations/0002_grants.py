"""Several procedures grant one benefit; decided cases wait until everybody is enrolled."""

import django.db.models.deletion
from django.apps.registry import Apps as StateApps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def several_procedures(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the stored schemes name their procedures as a list, as the pack does now."""
    for row in apps.get_model("benefits", "Scheme").objects.all():
        if "procedure" in row.content:
            row.content["procedures"] = [row.content.pop("procedure")]
            row.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(several_procedures, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="scheme",
            name="procedure_id",
        ),
        migrations.AddField(
            model_name="recipient",
            name="case_number",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.CreateModel(
            name="OpenGrant",
            fields=[
                ("case_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("case_number", models.CharField(blank=True, max_length=40)),
                (
                    "waiting",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("child_unknown", "child_unknown"),
                            ("taken", "taken"),
                            ("no_month", "no_month"),
                        ],
                        max_length=16,
                    ),
                ),
                ("starts_on", models.DateField(null=True)),
                ("blocking", models.JSONField(default=list)),
                ("noted_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField(null=True)),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="open_grants", to="benefits.scheme"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "waiting"], name="benefits_op_scheme__3fe768_idx")],
            },
        ),
    ]
