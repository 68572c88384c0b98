package detect

import (
	"fmt"
	"strings"

	"github.com/samber/lo"
)

func cacheMount(id, target string) string {
	return fmt.Sprintf("--mount=type=cache,id=%s,target=%s,sharing=locked ", id, target)
}

func secretMounts(names []string) string {
	return strings.Join(lo.Map(names, func(name string, _ int) string { return fmt.Sprintf("--mount=type=secret,id=%s,env=%s ", name, name) }), "")
}
