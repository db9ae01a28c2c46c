//! In which encoding is a text written?
//! Those that spreadsheets and bookkeeping programs still write; each has one name for profiles, reports and people.

/// An encoding of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark. ASCII is UTF-8.
    #[default]
    Utf8,
    /// UTF-16, the low byte first: what Excel calls "Unicode text".
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252: what Excel for Windows calls "CSV" in Western languages.
    Windows1252,
    /// ISO-8859-15, the Latin alphabet with the euro sign.
    Iso8859_15,
    /// Mac OS Roman: what Excel for Mac calls "CSV".
    Macintosh,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Utf8,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Windows1252,
        Self::Iso8859_15,
        Self::Macintosh,
    ];

    /// The name in profiles and reports: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `iso-8859-15` or `macintosh`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
            Self::Iso8859_15 => "iso-8859-15",
            Self::Macintosh => "macintosh",
        }
    }

    /// The name as people write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1252 => "Windows-1252",
            Self::Iso8859_15 => "ISO-8859-15",
            Self::Macintosh => "Mac OS Roman",
        }
    }

    /// The encoding of this [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|encoding| encoding.name() == name)
    }
}
