package buildplan

import (
	"fmt"
	"strings"

	"github.com/samber/lo"
)

// CacheMount is the option of a RUN instruction for a cache, which one build at a time uses. Like all mounts here it ends with a space.
func CacheMount(id, target string) string {
	return fmt.Sprintf("--mount=type=cache,id=%s,target=%s,sharing=locked ", id, target)
}

// SecretMounts are the options of a RUN instruction that give it secrets as environment variables, each with a space behind it.
func SecretMounts(names []string) string {
	return strings.Join(lo.Map(names, func(name string, _ int) string { return fmt.Sprintf("--mount=type=secret,id=%s,env=%s ", name, name) }), "")
}
