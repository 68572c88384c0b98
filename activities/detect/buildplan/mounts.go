package buildplan

import (
	"fmt"
	"strings"

	"github.com/samber/lo"
)

func CacheMount(id, target string) string {
	return fmt.Sprintf("--mount=type=cache,id=%s,target=%s,sharing=locked ", id, target)
}

func SecretMounts(names []string) string {
	return strings.Join(lo.Map(names, func(name string, _ int) string { return fmt.Sprintf("--mount=type=secret,id=%s,env=%s ", name, name) }), "")
}
