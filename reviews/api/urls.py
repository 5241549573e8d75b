"""Addresses of the machine interface that judgement answers."""

from django.urls import path

from reviews.api import views

urlpatterns = [
    path("recalls", views.Recalls.as_view(), name="api-recalls"),
    path("recalls/<lnid:recall_id>/removed", views.Removed.as_view(), name="api-recall-removed"),
]
