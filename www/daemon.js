// Where a daemon serves this page, it answers this file itself and says here what it offers:
// globalThis.intakeDaemon = { upload: true, profile: true, snapshot: true };
