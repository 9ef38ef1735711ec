//! What the sandbox makes up: always the same for the same seed and key, never from a clock or chance.

/// What everything made up derives from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(pub u64);

impl Seed {
    /// Thirty-two bytes that belong to this key, and to what is made of them.
    pub(crate) fn bytes(self, what: &str, key: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"bordereau sandbox\0");
        hasher.update(&self.0.to_le_bytes());
        hasher.update(what.as_bytes());
        // Keeps the two texts apart, so that no other pair reads the same.
        hasher.update(b"\0");
        hasher.update(key.as_bytes());
        *hasher.finalize().as_bytes()
    }

    /// A provider's reference: the prefix and twenty-four letters and digits.
    pub(crate) fn reference(self, prefix: &str, key: &str) -> String {
        const BYTES: usize = 12;
        let mut reference = prefix.to_owned();
        for byte in &self.bytes(prefix, key)[..BYTES] {
            reference.push_str(&format!("{byte:02x}"));
        }
        reference
    }
}
