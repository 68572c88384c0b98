package detect

import "regexp"

// plainPath is what a Dockerfile can name without any quoting.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9_.@+,/-]+$`)
