package project

import (
	"fmt"

	"github.com/samber/lo"
)

// browserPackages download a browser when they are installed, to where no image takes it from, and the browser needs libraries that no image has.
var browserPackages = []string{"puppeteer", "playwright", "playwright-chromium"}

// withoutBrowser is a sentence of the plan's Reason for an app that drives a browser when it runs; empty for any other.
func (p *Project) withoutBrowser() string {
	name, found := lo.Find(browserPackages, func(name string) bool { return lo.HasKey(p.App.Manifest.Dependencies, name) })
	if !found {
		return ""
	}

	return fmt.Sprintf("It depends on %s, whose browser is not in the image: where the app starts one, bring a Dockerfile that installs it, "+
		"or connect to a browser elsewhere.", name)
}
