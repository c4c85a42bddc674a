"""Says how the sender of each way is made; the outbox asks `base.sender_for` when it needs one."""

from madoguchi.apps.notifications.channels import base, email, line, sms, web_push
from madoguchi.apps.notifications.contracts import Channel


def register() -> None:
    """Register the four ways; called once when Django starts. A way that the settings leave out stays off."""
    base.register(Channel.EMAIL, email.from_settings)
    base.register(Channel.WEB_PUSH, web_push.from_settings)
    base.register(Channel.LINE, line.from_settings)
    base.register(Channel.SMS, sms.from_settings)
