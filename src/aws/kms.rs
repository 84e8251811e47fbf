//! [`Keys`]: which KMS keys are customer managed, so that ECR cannot use them.

use std::cell::RefCell;
use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_kms::types::KeyManagerType;
use aws_sdk_kms::Client;

use super::error::AwsError;
use super::kind::Kind;
use crate::model::secret::{KeyKind, Secret};

/// KMS in one account and Region. Each key is asked for once.
pub struct Keys {
    client: Client,
    known: RefCell<HashMap<String, KeyKind>>,
    /// Why KMS does not answer, so that it is not waited for once more with each key.
    silent: RefCell<Option<String>>,
}

impl Keys {
    /// At `endpoint`, or where the Region says.
    pub fn new(config: &SdkConfig, endpoint: Option<&str>) -> Self {
        let mut config = aws_sdk_kms::config::Builder::from(config);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        Self {
            client: Client::from_conf(config.build()),
            known: RefCell::default(),
            silent: RefCell::default(),
        }
    }

    /// The kind of a secret's key: by its name, or by DescribeKey where that does not tell. Why KMS
    /// does not answer is in its own words, as they came.
    pub async fn kind(&self, secret: &Secret) -> KeyKind {
        let Some(key) = secret.unknown_key() else {
            return KeyKind::Default;
        };
        if let Some(kind) = self.known.borrow().get(key) {
            return kind.clone();
        }
        if let Some(why) = self.silent.borrow().as_ref() {
            return KeyKind::Unknown(why.clone());
        }
        let kind = match self.client.describe_key().key_id(key).send().await {
            Ok(answer) => match answer.key_metadata.and_then(|key| key.key_manager) {
                Some(KeyManagerType::Aws) => KeyKind::Default,
                Some(KeyManagerType::Customer) => KeyKind::Customer,
                _ => KeyKind::Unknown("KMS does not say who manages it".to_owned()),
            },
            Err(error) => {
                let error = AwsError::of("DescribeKey", &error);
                let why = error.summary();
                if matches!(
                    error.kind,
                    Kind::TimedOut | Kind::Unreachable | Kind::Service
                ) {
                    *self.silent.borrow_mut() = Some(why.clone());
                }
                KeyKind::Unknown(why)
            }
        };
        self.known.borrow_mut().insert(key.to_owned(), kind.clone());
        kind
    }
}
