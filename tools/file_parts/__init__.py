"""What the parts of a file answer: the appointments of a calendar, the e-mails of a mailbox, slides, chapters, sheets."""
