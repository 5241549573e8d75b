"""Why a value is refused: a code for machines, which never changes its meaning, and a sentence for people."""

from typing import NoReturn

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from lantern_site.errors import Invalid


class Reason(TextChoices):
    """Every refusal of a value. The first part says that something is no value of its kind, the second that a value
    must not be shared: it would hit people or files that have nothing to do with the harm."""

    KIND_UNKNOWN = "kind_unknown", _("This kind cannot be shared or looked up yet.")
    TOO_LONG = "too_long", _("This is too long to be one value. Enter one value only.")
    EMPTY = "empty", _("Nothing was entered. Enter a value.")
    NOT_TEXT = (
        "not_text",
        _("This contains characters that are not text. Type the value instead of pasting it."),
    )
    EMAIL_NO_AT = "email_no_at", _("An e-mail address has an @ sign between the name and the domain. This has none.")
    EMAIL_SEVERAL = "email_several", _("Enter one e-mail address only, without a name or brackets around it.")
    EMAIL_FORM = "email_form", _("This is not an e-mail address. Check the part before and after the @ sign.")
    EMAIL_NO_SINGLE_FORM = (
        "email_no_single_form",
        _("This e-mail address has no single written form. Check it for unusual characters."),
    )
    URL_SCHEME = "url_scheme", _("A URL begins with http:// or https://. Enter it in full.")
    URL_FORM = "url_form", _("This is not a URL. Check the part after http:// or https://.")
    URL_USERINFO = "url_userinfo", _("Leave out the user name and the password in this URL.")
    URL_PRIVATE_HOST = (
        "url_private_host",
        _("This host is private: nobody else can reach it. Share the public address."),
    )
    URL_TOO_LONG = "url_too_long", _("This URL is longer than %(most)d characters. Share its beginning.")
    KEYWORD_UNSEEN = (
        "keyword_unseen",
        _("This keyword consists of characters that are not seen. Enter a word or a phrase."),
    )
    KEYWORD_TOO_LONG = (
        "keyword_too_long",
        _("A keyword has at most %(most)d characters; this has %(count)d. Share a shorter phrase."),
    )
    SERVICE_MISSING = "service_missing", _("Say on which service this is: %(services)s.")
    NAME_IS_ADDRESS = "name_is_address", _("Enter the name or id only, not the address of its page.")
    NAME_FORM = "name_form", _("This does not look like a name or id on %(service)s. Check it there.")
    PAYMENT_SCHEME = (
        "payment_scheme",
        _("Say what this is by writing its scheme and a colon before it: %(schemes)s."),
    )
    IBAN_FORM = "iban_form", _("An IBAN has two letters, two digits, then only letters and digits. Check it.")
    IBAN_COUNTRY = "iban_country", _("No country with IBANs has the first two letters of this one. Check them.")
    IBAN_LENGTH = (
        "iban_length",
        _("An IBAN of this country has %(length)d characters; this has %(count)d."),
    )
    IBAN_CHECKSUM = "iban_checksum", _("The check digits of this IBAN are wrong: it was mistyped. Copy it again.")
    WALLET_FORM = "wallet_form", _("This is not an address of a wallet. Copy it again, in full.")
    WALLET_CASE = (
        "wallet_case",
        _("This address mixes upper and lower case, as none of its kind does. Copy it again."),
    )
    WALLET_CHECKSUM = "wallet_checksum", _("The checksum of this address is wrong: it was mistyped. Copy it again.")
    WALLET_NETWORK = "wallet_network", _("This address belongs to another network than the one before the colon.")
    CASHTAG_FORM = (
        "cashtag_form",
        _("A cash tag is $ and up to 20 letters, digits, hyphens and underscores, at least one of them a letter."),
    )
    PHONE_COUNTRY = (
        "phone_country",
        _("A telephone number begins with + and the code of its country. Enter it in this form."),
    )
    PHONE_FORM = (
        "phone_form",
        _("Behind the + stand only digits, spaces and hyphens: no letters, and no extension. Check the number."),
    )
    PHONE_UNKNOWN = "phone_unknown", _("No country gives out a number like this one. Check its digits.")
    HASH_DIGITS = (
        "hash_digits",
        _("A hash consists of the digits 0 to 9 and the letters a to f. Paste the hash only."),
    )
    HASH_LENGTH = (
        "hash_length",
        _("%(kind)s: a hash of this kind has %(length)d characters; this has %(count)d."),
    )
    QUALITY_FORM = "quality_form", _("The quality after the comma is a whole number from 0 to 100.")
    QUALITY_TWICE = "quality_twice", _("Two different qualities were given for this hash. Give one.")
    QUALITY_OUT_OF_RANGE = (
        "quality_out_of_range",
        _("The quality of this PDQ hash is %(quality)d. Only %(least)d to 100 can be compared reliably."),
    )
    FRAME_FORM = (
        "frame_form",
        _("A frame is written as hash,quality,seconds; frames are separated by semicolons. Check this list."),
    )
    FRAMES_TOO_POOR = (
        "frames_too_poor",
        _("No frame of this video has a quality of at least %(least)d, so that nothing of it can be compared."),
    )
    FRAMES_TOO_MANY = (
        "frames_too_many",
        _("A video has at most %(most)d frames here. Take fewer frames per second."),
    )

    ROLE_MAILBOX = (
        "role_mailbox",
        _("This mailbox belongs to a function, such as info or support, not to one person. It cannot be shared."),
    )
    POPULAR_HOME_PAGE = (
        "popular_home_page",
        _("This is the home page of a site that very many people use. Share the URL of the page itself."),
    )
    KEYWORD_TOO_SHORT = (
        "keyword_too_short",
        _("This keyword is too short: it would stand in nearly every text. Share a longer phrase."),
    )
    COMMON_WORD = (
        "common_word",
        _("Everybody uses this word: as a keyword it would hit people who do no harm. Share a phrase."),
    )
    POPULAR_NAME = (
        "popular_name",
        _("This is the name of a site that very many people use. It cannot be a keyword."),
    )
    WALLET_OF_NOBODY = (
        "wallet_of_nobody",
        _("Nobody holds the key of this address: it is one to which anybody may send. It cannot be shared."),
    )
    PHONE_OF_SERVICE = (
        "phone_of_service",
        _("This number belongs to a service, such as a hotline, not to one person. It cannot be shared."),
    )
    HASH_PATTERN = (
        "hash_pattern",
        _("This hash is all zeros, all ones or another simple pattern. It was not made from a real file."),
    )
    EMPTY_FILE = (
        "empty_file",
        _("This is the hash of a file that is empty or shows nothing. Millions of people have it."),
    )
    QUALITY_MISSING = (
        "quality_missing",
        _("A PDQ hash is shared with its quality: add it after a comma, such as hash,87."),
    )
    BLANK_IMAGE = (
        "blank_image",
        _("This is the hash of a blank or nearly blank image. It would match images that have nothing in common."),
    )
    BLANK_VIDEO = (
        "blank_video",
        _("Every frame of this video is blank or nearly blank. It would match videos that have nothing in common."),
    )


def refuse(reason: Reason, field: str = "value", **facts: object) -> NoReturn:
    """Raise `Invalid` with the sentence and the code of the reason."""
    sentence = str(reason.label)
    raise Invalid(sentence % facts if facts else sentence, field, reason.value)
