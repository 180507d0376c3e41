"""What learning says to rooms below it: what of it points to members, and how they stand."""

STAYS = {
    "learning.Agreement.written_by": "who wrote a version of an agreement",
    "learning.Agreement.in_force_by": "who put it in force",
    "learning.Confirmation.member": "that somebody confirmed an agreement stays true",
    "learning.Reminder.member": "goes with the member; nobody is reminded who left",
    "learning.Lesson.written_by": "who wrote a version of a lesson",
    "learning.Certificate.member": "a certificate stays valid until its end, also for who left",
}
