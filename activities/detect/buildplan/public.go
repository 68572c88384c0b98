package buildplan

import (
	"slices"
	"strings"
)

// IsPublicName tells whether a framework puts the environment variable of that name into what browsers get, so that its value is no secret.
func IsPublicName(name string) bool {
	prefixes := []string{
		"NEXT_PUBLIC_", "NUXT_PUBLIC_", "VITE_", "PUBLIC_", "REACT_APP_", "VUE_APP_", "GATSBY_", "EXPO_PUBLIC_", "NG_APP_", "STORYBOOK_",
	}

	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}
