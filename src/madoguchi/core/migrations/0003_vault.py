from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="VaultKey",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("wrapped", models.BinaryField()),
                ("master", models.CharField(max_length=16)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("complete_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("created_at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)), fields=("active",), name="one_active_vault_key"
                    )
                ],
            },
        )
    ]
