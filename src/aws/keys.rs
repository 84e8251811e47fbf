//! [`Keys`]: which KMS keys are customer managed, so that ECR cannot use them.

use std::cell::RefCell;
use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_kms::types::KeyManagerType;
use aws_sdk_kms::Client;

use super::error::AwsError;
use crate::secret::{KeyKind, Secret};

/// KMS in one account and Region. Each key is asked for once.
pub struct Keys {
    client: Client,
    known: RefCell<HashMap<String, KeyKind>>,
}

impl Keys {
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
            known: RefCell::default(),
        }
    }

    /// The kind of a secret's key: by its name, or by DescribeKey where that does not tell.
    pub async fn kind(&self, secret: &Secret) -> KeyKind {
        let Some(key) = secret.doubtful_key() else {
            return KeyKind::Default;
        };
        if let Some(kind) = self.known.borrow().get(key) {
            return kind.clone();
        }
        let kind = match self.client.describe_key().key_id(key).send().await {
            Ok(answer) => match answer.key_metadata.and_then(|key| key.key_manager) {
                Some(KeyManagerType::Aws) => KeyKind::Default,
                Some(KeyManagerType::Customer) => KeyKind::Customer,
                _ => KeyKind::Unknown("KMS does not say who manages it".to_owned()),
            },
            Err(error) => KeyKind::Unknown(AwsError::of("DescribeKey", &error).in_words()),
        };
        self.known.borrow_mut().insert(key.to_owned(), kind.clone());
        kind
    }
}
