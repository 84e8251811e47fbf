//! The words of `image`.

use clap::Args;

/// Prints the name under which an image is pulled through this registry
///
/// For each reference of an image, as docker pull takes it, prints the name under which it is
/// pulled through the pull through cache rules of this account and Region: one a line, in order. If
/// a rule is missing for one, it says which to make, and prints nothing. Of several rules that fit,
/// the one for the smallest part of the upstream registry is taken, then the first of the alphabet.
/// What is in this registry already stays as it is.
///
/// In a list, --platform before a name is kept, as oci:// and docker:// are everywhere.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  docker pull \"$(ecr-ptc image nginx:1.27)\"
  ecr-ptc image quay.io/prometheus/busybox redis:7
  ecr-ptc image - <images.txt")]
pub struct ImageArgs {
    /// The image, such as nginx:1.27; - reads one a line from standard input, without empty lines
    /// and # comments
    #[arg(value_name = "REFERENCE")]
    pub references: Vec<String>,
    /// Print the names that there are, although a rule is missing for others or a line is no image
    #[arg(long)]
    pub keep_going: bool,
}
