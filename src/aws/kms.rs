//! [`Keys`]: finds KMS keys that are customer managed, which ECR cannot use.

use std::cell::RefCell;
use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_kms::types::KeyManagerType;
use aws_sdk_kms::Client;

use super::error::AwsError;
use super::kind::Kind;
use crate::model::secret::{KeyKind, Secret};

/// KMS in one account and Region. Each key is looked up once.
pub struct Keys {
    client: Client,
    known: RefCell<HashMap<String, KeyKind>>,
    /// Why KMS does not respond; then no other key is looked up.
    unavailable: RefCell<Option<String>>,
}

impl Keys {
    /// `endpoint` is `None` for the Region's own.
    pub fn new(config: &SdkConfig, endpoint: Option<&str>) -> Self {
        let mut config = aws_sdk_kms::config::Builder::from(config);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Self {
            client: Client::from_conf(config.build()),
            known: RefCell::default(),
            unavailable: RefCell::default(),
        }
    }

    /// The kind of a secret's key, from its name or else from DescribeKey. The reason in
    /// [`KeyKind::Unknown`] is escaped.
    pub async fn kind(&self, secret: &Secret) -> KeyKind {
        let Some(key) = secret.unknown_key() else {
            return KeyKind::Default;
        };
        if let Some(kind) = self.known.borrow().get(key) {
            return kind.clone();
        }
        if let Some(why) = self.unavailable.borrow().as_ref() {
            return KeyKind::Unknown(why.clone());
        }
        let kind = match self.client.describe_key().key_id(key).send().await {
            Ok(answer) => match answer.key_metadata.and_then(|key| key.key_manager) {
                Some(KeyManagerType::Aws) => KeyKind::Default,
                Some(KeyManagerType::Customer) => KeyKind::Customer,
                _ => KeyKind::Unknown("KMS does not report who manages it".to_owned()),
            },
            Err(error) => {
                let error = AwsError::of("DescribeKey", &error);
                let why = error.summary();
                if matches!(
                    error.kind,
                    Kind::TimedOut | Kind::Unreachable | Kind::Service
                ) {
                    *self.unavailable.borrow_mut() = Some(why.clone());
                }
                KeyKind::Unknown(why)
            }
        };
        self.known.borrow_mut().insert(key.to_owned(), kind.clone());
        kind
    }
}
