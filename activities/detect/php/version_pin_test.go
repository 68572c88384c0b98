package php

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestPHP_VersionThatAFilePins_IsTakenUnlessComposerRefusesIt(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		files           map[string]string
		version, reason string
	}{
		"of Debian":             {map[string]string{".php-version": "8.2\n"}, "8.2", ".php-version asks for 8.2."},
		"a release of Debian's": {map[string]string{".php-version": "php-8.2.10"}, "8.2", ".php-version asks for php-8.2.10."},
		"beside Debian":         {map[string]string{".php-version": "8.3.14"}, "8.3", ".php-version asks for 8.3.14, and Debian has no such version."},
		"the major version":     {map[string]string{".php-version": "8"}, "8.4", ".php-version asks for 8."},
		".tool-versions":        {map[string]string{".tool-versions": "php 8.2.5\n"}, "8.2", ".tool-versions asks for 8.2.5."},
		"mise":                  {map[string]string{"mise.toml": "[tools]\nphp = '8.3'\n"}, "8.3", "mise.toml asks for 8.3, and Debian has no such version."},
		"no version":            {map[string]string{".php-version": "system"}, "8.4", "composer.json requires php ^8.2."},
		"that Composer refuses": {map[string]string{".php-version": "8.1"}, "8.4", "composer.json requires php ^8.2; .php-version asks for 8.1, which will not do, as composer.json requires php ^8.2."},
		"whose extension Debian alone has": {
			map[string]string{".php-version": "8.3", "composer.json": `{"require":{"php":"^8.2","laravel/framework":"^12.0","ext-ssh2":"*"}}`}, "8.4",
			"composer.json requires php ^8.2; .php-version asks for 8.3, which is not to be had here.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan := detectors.RequirePlan(t, detecttest.NewLaravel(test.files), buildplan.Settings{})
			require.Equal(t, test.version, plan.Versions["php"])
			require.Contains(t, plan.Reason, "PHP "+test.version+": "+test.reason)
		})
	}

	settings := buildplan.Settings{BaseImages: buildplan.DefaultBaseImages().Without("docker.io/library/php:8.3-fpm")}
	plan := detectors.RequirePlan(t, detecttest.NewLaravel(map[string]string{".php-version": "8.3"}), settings)
	require.Contains(t, plan.Reason, "PHP 8.4: composer.json requires php ^8.2; .php-version asks for 8.3, which is not to be had, as the registry has no image php:8.3-fpm.")
}
