"""Normal forms: one spelling per value, so that two members who mean the same thing write the same bytes.

A pure library: it knows neither Django nor the hub, and members run it at home (`python -m signals.matching.digest`).

    from signals.canonical import forms
    found = forms.normal_form("email", " Anna.B@Example.ORG ")
    print(found.value, forms.public_digest("email", found.value).hex())

What cannot be a value raises `Refused` with a code. The sentence for each code, and the rules in words, stand on the
page *Normal forms* of the hub. The lists stand in `signals/data/`, each with its version and date.
"""
