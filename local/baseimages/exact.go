package baseimages

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// packageVersion returns the version of an installed Debian package without Debian's epoch and revision.
func packageVersion(ctx context.Context, rootfs, name string) (string, error) {
	status, err := exec.CommandContext(ctx, "tar", "--extract", "--to-stdout", "--file", rootfs, "./var/lib/dpkg/status").Output()
	if err != nil {
		return "", fmt.Errorf("read what packages the Debian system has: %w", err)
	}

	for paragraph := range strings.SplitSeq(string(status), "\n\n") {
		if !strings.HasPrefix(paragraph, "Package: "+name+"\n") {
			continue
		}

		if version := debianVersion.FindStringSubmatch(paragraph); version != nil {
			return version[1], nil
		}
	}

	return "", fmt.Errorf("the Debian system has no package %s", name)
}

var debianVersion = regexp.MustCompile(`(?m)^Version: (?:\d+:)?([\d.]+)`)

// tags are the image's tags, among them those of its exact version.
func (i image) tags() ([]string, error) {
	exact := i.recipe.Exact
	if exact == nil {
		return i.recipe.Tags, nil
	}

	file, err := i.image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the configuration of %s: %w", i.recipe.Name, err)
	}

	assignment, _ := lo.Find(file.Config.Env, func(assignment string) bool { return strings.HasPrefix(assignment, exact.Variable+"=") })
	_, version, _ := strings.Cut(assignment, "=")

	return append(slices.Clone(i.recipe.Tags), lo.Map(exact.Tags, func(tag string, _ int) string {
		return strings.ReplaceAll(tag, "VERSION", version)
	})...), nil
}
