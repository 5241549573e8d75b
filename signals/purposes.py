"""Why a member compares a batch, and where on its service the batch comes from. Both are asked for, always."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    ACCOUNTS_UNDER_REVIEW = "accounts_under_review", _("Accounts under review")
    NEW_UPLOADS = "new_uploads", _("New uploads")
    WHOLE_SERVICE = "whole_service", _("The whole service")


class Surface(TextChoices):
    PUBLIC = "public", _("Public content")
    PRIVATE_MESSAGE = "private_message", _("Private messages")
    ACCOUNT_DATA = "account_data", _("Account data")
    PAYMENT = "payment", _("Payments")
