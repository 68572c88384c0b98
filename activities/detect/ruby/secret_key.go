package ruby

import (
	"io/fs"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	// secretKeyBase is the variable with the secret that Rails signs cookies with.
	secretKeyBase = "SECRET_KEY_BASE"
	// railsMasterKey is the variable with the key of the credentials, which hold that secret, too.
	railsMasterKey = "RAILS_MASTER_KEY"
)

// checkSecret refuses an app that would not start because it has no secret. Where the project's variables are not known, it is taken to have one.
func (a railsApp) checkSecret(settings buildplan.Settings) error {
	if settings.Variables == nil || lo.Contains(settings.Variables, secretKeyBase) || a.bringsSecret() {
		return nil
	}

	hasMasterKey := lo.Contains(settings.Variables, railsMasterKey)

	switch {
	case hasMasterKey && a.hasCredentials():
		return nil
	case hasMasterKey:
		return problem.New(problem.Invalid, "%s is set, but there is no config/credentials.yml.enc for it to open. "+
			"Commit that file, or set the environment variable %s (bin/rails secret makes one).", railsMasterKey, secretKeyBase)
	case a.hasCredentials():
		return problem.New(problem.Invalid, "Rails does not start without a secret. Set the environment variable %s to what stands in config/master.key, "+
			"or %s (bin/rails secret makes one).", railsMasterKey, secretKeyBase)
	default:
		return problem.New(problem.Invalid,
			"Rails does not start without a secret. Set the environment variable %s: bin/rails secret makes one.", secretKeyBase)
	}
}

// hasCredentials tells whether the source has encrypted credentials for production.
func (a railsApp) hasCredentials() bool {
	return source.IsFile(a.tree, "config/credentials.yml.enc") || source.IsFile(a.tree, "config/credentials/production.yml.enc")
}

// bringsSecret tells whether the source may have a secret of its own.
func (a railsApp) bringsSecret() bool {
	for _, file := range []string{"config/secrets.yml", "config/master.key", "config/credentials/production.key"} {
		if source.IsFile(a.tree, file) {
			return true
		}
	}

	// The pattern is valid, and no other error is returned.
	initializers, _ := fs.Glob(a.tree, "config/initializers/*.rb")

	return lo.SomeBy(append(initializers, "config/application.rb", productionConfig), func(file string) bool {
		return strings.Contains(a.text(file), "secret_key_base")
	})
}
