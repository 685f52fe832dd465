//! A device with passkeys: makes them and signs with them as WebAuthn has it, for the site of the test app.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::test_app::SITE;

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// One passkey on a device, and how the device behaves.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// Whose the passkey is, as the site said.
    pub owner: Vec<u8>,
    /// How often it has signed.
    pub counter: u32,
    /// Whether it has asked for a finger, a face or its code.
    pub verifies: bool,
    /// The site that it believes to be on.
    pub origin: String,
}

impl Authenticator {
    /// A device without a passkey yet.
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).expect("a key");
        let (id, origin) = (rand::random::<[u8; 32]>().to_vec(), SITE.to_owned());
        Self { key, id, owner: Vec::new(), counter: 0, verifies: true, origin }
    }

    /// What a page asks the device for.
    pub fn options(page: &str) -> Value {
        let rest = page.split("data-options=\"").nth(1).expect("options");
        let text = rest.split('"').next().expect("an end").replace("&#34;", "\"").replace("&#38;", "&");
        serde_json::from_str(&text).expect("JSON")
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn head(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut head = digest(&SHA256, b"localhost").as_ref().to_vec();
        head.push(PRESENT | verified | flags);
        head.extend(self.counter.to_be_bytes());
        head
    }

    /// Makes the passkey that `options` ask for, as the browser sends it.
    pub fn create(&mut self, options: &Value) -> String {
        assert_eq!(options["rp"]["id"], "localhost");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required", "found without a name");
        self.owner = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().expect("an id")).expect("base64");
        let mut data = self.head(WITH_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        // the public key in COSE: EC2, ES256, P-256, x and y
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        data.extend([0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y);
        let mut object = vec![0xA3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xA0\x68authData\x58");
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(data);
        let client = self.client_data("webauthn.create", options);
        self.credential(&json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "transports": ["internal"],
        }))
    }

    /// Signs what `options` ask for, as the browser sends it.
    pub fn sign(&mut self, options: &Value) -> String {
        assert_eq!((&options["rpId"], &options["userVerification"]), (&json!("localhost"), &json!("required")));
        self.counter += 1;
        let data = self.head(0);
        let client = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        self.credential(&json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature),
            "userHandle": URL_SAFE_NO_PAD.encode(&self.owner),
        }))
    }

    fn credential(&self, response: &Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response })
            .to_string()
    }
}
