package packagemanager

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Setup is the command that installs the manager in the image of Node; empty where the manager is there.
func (m Manager) Setup() string {
	switch {
	case m.Name == NPM && m.Version == "" || m.Release != "":
		return ""
	case m.Berry:
		return m.InstallGlobally(quotedRange("@yarnpkg/cli-dist@" + m.Version))
	default:
		return m.InstallGlobally(quotedRange(m.Name + "@" + m.Version))
	}
}

// quotedRange quotes a range of versions for a shell.
func quotedRange(what string) string {
	if strings.ContainsAny(what, "<>|* ~^") {
		return `"` + what + `"`
	}

	return what
}

// InstallGlobally is the command that installs a package of the manager, with the npm that every image has. --force replaces the Yarn 1 that official
// images have. A script puts bun together, which npm 12 must be told to allow.
func (m Manager) InstallGlobally(what string) string {
	options := map[string]string{Yarn: "--force ", Bun: "--allow-scripts=bun "}

	return "npm install --global --no-update-notifier " + options[m.Name] + what
}

// pinsItself is the major version of pnpm since which pnpm insists on the version that packageManager names.
const pinsItself = 11

// firstNumber matches the major version of a version, and of a range as people write it.
var firstNumber = regexp.MustCompile(`\d+`)

// major is the first number of the version; 0 where no version is known.
func (m Manager) major() uint64 {
	major, _ := strconv.ParseUint(firstNumber.FindString(m.Version), 10, 64) // 0 for what has no number.

	return major
}

// Environment are the variables that the manager needs at every call, as NAME=value.
func (m Manager) Environment() []string {
	switch {
	case m.Name == PNPM && m.major() >= pinsItself:
		// Setup has installed the version that packageManager names. pnpm would download it once more.
		return []string{"PNPM_HOME=/pnpm", "pnpm_config_pm_on_fail=ignore"}
	case m.Name == PNPM:
		return []string{"PNPM_HOME=/pnpm"}
	case m.Berry:
		return []string{"YARN_NODE_LINKER=node-modules", fmt.Sprintf("YARN_ENABLE_GLOBAL_CACHE=%t", !m.cacheCommitted), "YARN_ENABLE_TELEMETRY=0"}
	default:
		return nil
	}
}
