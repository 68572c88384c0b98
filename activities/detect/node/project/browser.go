package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/internal/npmscript"
)

// Packages that drive a browser. The first two of Playwright's download theirs when a script says so, and the last one when it is installed.
const (
	puppeteer          = "puppeteer"
	playwright         = "playwright"
	playwrightCore     = "playwright-core"
	playwrightChromium = "playwright-chromium"
)

// browserDirectory is where Playwright puts its browsers, beside the modules and not into the home of a user whom the image does not have.
const browserDirectory = ".playwright"

// drives tells whether the app drives a browser by that package when it runs: because it depends on it, or by a package that does, such as whatsapp-web.js.
func (p *Project) drives(name string) bool {
	dependencies := p.App.Manifest.Dependencies

	return lo.HasKey(dependencies, name) || lo.SomeBy(lo.Keys(dependencies), func(known string) bool { return slices.Contains(p.lock.Graph[known], name) })
}

// usesChromium tells whether the image has Debian's Chromium, for Puppeteer, whose own needs libraries that no image has, and says not which.
func (p *Project) usesChromium() bool { return p.drives(puppeteer) }

// playwrightBrowsers are the browsers that scripts of the app install for Playwright; false where none does, and where it does not use Playwright.
func (p *Project) playwrightBrowsers() (browsers []string, installed bool) {
	if lo.HasKey(p.App.Manifest.Dependencies, playwrightChromium) {
		return []string{"chromium"}, true
	}

	if !lo.HasKey(p.App.Manifest.Dependencies, playwright) && !lo.HasKey(p.App.Manifest.Dependencies, playwrightCore) {
		return nil, false
	}

	for _, name := range append(slices.Clone(ownScripts), p.buildScript) {
		if command, ok := p.Run(name).Find(installsBrowser); ok {
			return command.Arguments()[1:], true
		}
	}

	return nil, false
}

func installsBrowser(command npmscript.Command) bool {
	return (command.Program() == playwright || command.Program() == playwrightCore) && command.Subcommand() == "install"
}

// browserEnvironment are the variables that say to the installation where browsers are, as NAME=value.
func (p *Project) browserEnvironment() []string {
	switch _, installed := p.playwrightBrowsers(); {
	case p.usesChromium():
		// The second is for versions before 14.
		return []string{"PUPPETEER_SKIP_DOWNLOAD=true", "PUPPETEER_SKIP_CHROMIUM_DOWNLOAD=true"}
	case installed:
		return []string{"PLAYWRIGHT_BROWSERS_PATH=" + packagemanager.WorkDirectory + "/" + browserDirectory}
	default:
		return nil
	}
}

// completeBrowser adds to a Dockerfile what the image needs for the browser that the app drives.
func (p *Project) completeBrowser(dockerfile *Dockerfile) {
	dockerfile.Chromium = p.usesChromium()
	dockerfile.Environment = append(dockerfile.Environment, p.browserEnvironment()...)

	if browsers, installed := p.playwrightBrowsers(); installed && !dockerfile.Chromium {
		program := playwright
		if lo.HasKey(p.App.Manifest.Dependencies, playwrightCore) && !lo.HasKey(p.App.Manifest.Dependencies, playwright) {
			program = playwrightCore
		}

		dockerfile.Playwright = strings.Join(append([]string{program, "install-deps"}, lo.Filter(browsers, func(name string, _ int) bool {
			return slices.Contains([]string{"chromium", "chromium-headless-shell", "firefox", "webkit"}, name)
		})...), " ")
		dockerfile.Modules = append(dockerfile.Modules, browserDirectory)
	}
}

// installsBrowserLater tells whether a browser comes into the image by a script that runs behind the installation of the dependencies.
func (p *Project) installsBrowserLater(dockerfile *Dockerfile) bool {
	_, byBuild := p.Build().Find(installsBrowser)

	return byBuild || lo.SomeBy(dockerfile.Later, func(script laterScript) bool {
		_, found := p.Run(script.name).Find(installsBrowser)

		return found
	})
}

// browserReason is a sentence of the plan's Reason for an app that drives a browser when it runs; empty for any other.
func (p *Project) browserReason() string {
	usesPlaywright, found := lo.Find([]string{playwright, playwrightCore}, func(name string) bool { return lo.HasKey(p.App.Manifest.Dependencies, name) })

	switch _, installed := p.playwrightBrowsers(); {
	case p.usesChromium():
		return "It uses puppeteer, which drives Debian's Chromium."
	case installed:
		return "Playwright's browser is in the image, with the libraries that it needs."
	case found:
		return fmt.Sprintf("It depends on %s, and no script installs a browser: where the app starts one, add \"postinstall\": \"%s install chromium\" "+
			"to the scripts of package.json, or connect to a browser elsewhere.", usesPlaywright, usesPlaywright)
	default:
		return ""
	}
}
