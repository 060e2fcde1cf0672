"""Papers that travel with goods."""

from django.db import models
from django.db.models import F, Q

from bonded.models.base import Table, TableQuerySet


class KimberleyCertificate(Table):
    """One row is one Kimberley Process certificate, for all rough diamonds of one consignment's parcel.

    Carats to 0.001, value in US cents, as the certificate states them.
    """

    number = models.CharField(max_length=32, unique=True)
    consignment = models.ForeignKey("bonded.Consignment", on_delete=models.PROTECT, related_name="certificates")
    issuing_country = models.CharField(max_length=2)
    issued_on = models.DateField()
    expires_on = models.DateField()
    weight_carats = models.DecimalField(max_digits=12, decimal_places=3)
    value_usd_minor = models.BigIntegerField()
    is_made_up = models.BooleanField(default=False)

    objects = TableQuerySet["KimberleyCertificate"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_carats__gt=0, value_usd_minor__gt=0), name="a_certificate_covers_something"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="a_certificate_expires_after_its_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.number
