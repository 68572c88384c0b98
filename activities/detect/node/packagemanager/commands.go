package packagemanager

import (
	"fmt"
	"path"

	"github.com/Masterminds/semver/v3"
)

// WorkDirectory is where the top of the workspace stands in the image.
const WorkDirectory = "/app"

// Setup is the command that puts the manager into the image; empty where it is there.
func (m Manager) Setup() string {
	switch {
	case m.Name == NPM && m.Version == "" || m.Release != "":
		return ""
	case m.Berry:
		return m.InstallGlobally("@yarnpkg/cli-dist@" + m.Version)
	default:
		return m.InstallGlobally(m.Name + "@" + m.Version)
	}
}

// InstallGlobally installs with npm, which every image has. --force replaces the yarn 1 of the official images; bun is put together by a script,
// which npm 12 must be told to allow.
func (m Manager) InstallGlobally(what string) string {
	options := map[string]string{Yarn: "--force ", Bun: "--allow-scripts=bun "}

	return "npm install --global --no-update-notifier " + options[m.Name] + what
}

// pinsItself is the pnpm that wants to find its own version in the lockfile.
const pinsItself = 11

// major is the first number of the version, 0 where none is known.
func (m Manager) major() uint64 {
	version, err := semver.NewVersion(m.Version)
	if err != nil {
		return 0
	}

	return version.Major()
}

// Environment is what the manager needs to know at every call, as NAME=value.
func (m Manager) Environment() []string {
	switch {
	case m.Name == PNPM && m.major() >= pinsItself:
		// The version that packageManager names is installed: pnpm need not see to that.
		return []string{"PNPM_HOME=/pnpm", "pnpm_config_pm_on_fail=ignore"}
	case m.Name == PNPM:
		return []string{"PNPM_HOME=/pnpm"}
	case m.Berry:
		return []string{"YARN_NODE_LINKER=node-modules", fmt.Sprintf("YARN_ENABLE_GLOBAL_CACHE=%t", !m.cacheCommitted), "YARN_ENABLE_TELEMETRY=0"}
	default:
		return nil
	}
}

// Cache is the directory that the manager keeps downloads in; empty where the source brings them.
func (m Manager) Cache() string {
	switch {
	case m.cacheCommitted:
		return ""
	case m.Name == PNPM:
		return "/pnpm/store"
	case m.Berry:
		return "/root/.yarn/berry/cache"
	case m.Name == Yarn:
		return "/root/.cache/yarn"
	case m.Name == Bun:
		return "/root/.bun/install/cache"
	default:
		return "/root/.npm"
	}
}

// program is how the manager is called.
func (m Manager) program() string {
	if m.Release != "" {
		return "node " + path.Join(WorkDirectory, m.Release)
	}

	return m.Name
}

// PlainInstall is what a developer runs to bring the lockfile up to date.
func (m Manager) PlainInstall() string { return m.Name + " install" }

// Install takes what the lockfile says and nothing else, where there is one.
func (m Manager) Install() string {
	locked := m.Lockfile != ""

	switch {
	case m.Name == NPM && locked:
		return "npm ci --no-audit --no-fund"
	case m.Name == NPM:
		return "npm install --no-audit --no-fund"
	case m.Berry && locked:
		return m.program() + " install --immutable"
	case m.Berry:
		return m.program() + " install --no-immutable"
	case m.Name == PNPM && !locked:
		return "pnpm install --no-frozen-lockfile"
	case !locked:
		return m.Name + " install" + m.cacheFlag()
	default:
		return m.Name + " install --frozen-lockfile" + m.cacheFlag()
	}
}

// cacheFlag tells yarn 1 where its cache is, as its default depends on the user.
func (m Manager) cacheFlag() string {
	if m.Name == Yarn && !m.Berry {
		return " --cache-folder " + m.Cache()
	}

	return ""
}

// Prune takes what only the build needs out of what is installed; empty where the manager cannot. Scripts have done their work before.
func (m Manager) Prune() string {
	switch {
	case m.Name == NPM:
		return "npm prune --omit=dev --ignore-scripts --no-audit --no-fund"
	case m.Name == PNPM:
		// It would keep for a week what is not needed any more.
		return "CI=true pnpm install --prod --frozen-lockfile --ignore-scripts --config.modules-cache-max-age=0"
	case m.Berry && m.major() >= focuses:
		return "YARN_ENABLE_SCRIPTS=false " + m.program() + " workspaces focus --all --production"
	case m.Name == Bun:
		// It takes nothing away, but is quick.
		return "rm -rf node_modules && bun install --production --frozen-lockfile"
	case m.Berry:
		return ""
	default:
		return "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline" + m.cacheFlag()
	}
}

// focuses is the Yarn that has the command built in.
const focuses = 4

// Run starts a script of package.json.
func (m Manager) Run(script string) string { return m.program() + " run " + script }

// Execute starts a program of a dependency.
func (m Manager) Execute(program string) string {
	switch m.Name {
	case PNPM:
		return "pnpm exec " + program
	case Yarn:
		return m.program() + " run " + program
	case Bun:
		return "bunx " + program
	default:
		return "npx " + program
	}
}
