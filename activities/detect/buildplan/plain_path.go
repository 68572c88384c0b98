package buildplan

import "regexp"

// PlainPath is what a Dockerfile can name without any quoting.
var PlainPath = regexp.MustCompile(`^[A-Za-z0-9_.@+,/-]+$`)
