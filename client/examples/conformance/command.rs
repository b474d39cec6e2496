//! What the client is told to do.

use networkwebsockets::Data;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Command {
    Open(Opening),
    Send {
        to: Option<String>,
        #[serde(flatten)]
        payload: Payload,
    },
    Dial {
        peer: String,
        #[serde(default)]
        protocols: Vec<String>,
        #[serde(rename = "as")]
        stream: String,
        #[serde(default)]
        hold: bool,
    },
    Accept {
        stream: String,
        #[serde(default)]
        protocol: String,
        #[serde(default)]
        hold: bool,
    },
    Reject {
        stream: String,
        code: Option<u16>,
        #[serde(default)]
        reason: String,
    },
    Say {
        stream: String,
        #[serde(flatten)]
        payload: Payload,
    },
    Read {
        stream: String,
    },
    End {
        stream: String,
        #[serde(default = "normal")]
        code: u16,
        #[serde(default)]
        reason: String,
    },
    Close {
        #[serde(default = "normal")]
        code: u16,
        #[serde(default)]
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opening {
    pub(crate) endpoint: String,
    pub(crate) channel: String,
    #[serde(default)]
    pub(crate) local: bool,
    #[serde(default)]
    pub(crate) reconnect: bool,
    /// In milliseconds.
    pub(crate) max_delay: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct Payload {
    text: Option<String>,
    hex: Option<String>,
}

impl Payload {
    pub(crate) fn data(self) -> Data {
        match (self.text, self.hex) {
            (Some(text), _) => text.into(),
            (None, hex) => bytes_of(&hex.unwrap_or_default()).into(),
        }
    }
}

const fn normal() -> u16 {
    1000
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digit = |place: usize| hex.get(place..place + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).filter_map(digit).collect()
}
