package buildplan

import "regexp"

// PlainPath matches the paths that a Dockerfile can name without quotes.
var PlainPath = regexp.MustCompile(`^[A-Za-z0-9_.@+,/-]+$`)
