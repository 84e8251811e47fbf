//! The options of `image`.

use clap::Args;

/// Print the name to pull an image through ECR
///
/// For each image reference, as docker pull accepts it, print the name that pulls it through a pull
/// through cache rule of this account and Region: one per line, in order. If an image has no rule,
/// ecr-ptc names the rule to create and prints nothing. If several rules match, the most specific
/// one wins, then the first in alphabetical order. Images in this ECR registry keep their name.
///
/// The prefixes oci:// and docker:// are kept, and in a list also --platform.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  docker pull \"$(ecr-ptc image nginx:1.27)\"
  ecr-ptc image quay.io/prometheus/busybox redis:7
  ecr-ptc image - <images.txt")]
pub struct ImageArgs {
    /// Image, such as nginx:1.27. With -, read one per line from standard input, ignoring empty
    /// lines and # comments
    #[arg(value_name = "REFERENCE")]
    pub references: Vec<String>,
    /// Print the other names even if an image is invalid or has no rule
    #[arg(long)]
    pub keep_going: bool,
}
