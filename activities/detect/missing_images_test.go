package detect

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestPlan_ImageThatTheRegistryMayLack_SaysWhoAskedForItAndWhatElseThereIs(t *testing.T) {
	t.Parallel()

	rails := func(more map[string]string) map[string]string {
		return detecttest.RailsTree("8.0.1", []string{"puma (6.5.0)"}, more)
	}

	for name, test := range map[string]struct {
		files           map[string]string
		image, sentence string
	}{
		"one release of Ruby": {
			rails(map[string]string{"Gemfile": "ruby file: \".ruby-version\"\ngem \"rails\"\n", ".ruby-version": "3.3.99\n"}),
			"docker.io/library/ruby:3.3.99-slim",
			"Ruby 3.3.99: the Gemfile, by .ruby-version, insists on it. But the registry has no image ruby:3.3.99-slim. " +
				`Have the Gemfile ask for a line, as in ruby "~> 3.3.0", of which the newest release is taken, or add a Dockerfile: there are 3.1, 3.2, 3.3, 3.4, 3.5, 4.0.`,
		},
		"line of Ruby": {
			rails(map[string]string{".ruby-version": "3.2\n"}), "docker.io/library/ruby:3.2-slim-trixie",
			"Ruby 3.2: .ruby-version asks for 3.2. But the registry has no image ruby:3.2-slim-trixie. " +
				"Ask for another version, or add a Dockerfile: there are 3.1, 3.3, 3.4, 3.5, 4.0.",
		},
		"Node": {
			detecttest.With(detecttest.NuxtApp, map[string]string{".nvmrc": "26"}), "docker.io/library/node:26-trixie-slim",
			"Node 26: .nvmrc asks for 26. But the registry has no image node:26-trixie-slim. " +
				"Ask for another version, or add a Dockerfile: there are 18, 20, 22, 24.",
		},
		"Node beside Ruby": {
			rails(map[string]string{
				"Gemfile.lock": detecttest.RailsGemfileLock("8.0.1", []string{"puma (6.5.0)", "jsbundling-rails (1.3.1)"}), "package.json": "{}", ".node-version": "22.1.0",
			}),
			"docker.io/library/node:22.1.0-slim",
			"Node 22.1.0: .node-version asks for 22.1.0. But the registry has no image node:22.1.0-slim. " +
				"Ask for another version, or add a Dockerfile: there are 18, 20, 22, 24, 26.",
		},
		"PHP": {
			detecttest.NewLaravel(map[string]string{"composer.json": `{"require":{"php":"~8.2.0","laravel/framework":"^12.0"}}`}),
			"docker.io/library/debian:bookworm-slim",
			"PHP 8.2: composer.json requires php ~8.2.0. But the registry has no image debian:bookworm-slim. " +
				"Ask for another version, or add a Dockerfile: there are 8.4.",
		},
		"Node beside PHP": {
			detecttest.NewLaravel(map[string]string{"package.json": detecttest.ViteManifest, "package-lock.json": detecttest.ViteLock}), "docker.io/library/node:24-trixie-slim",
			"Node 24: the default. But the registry has no image node:24-trixie-slim. Ask for another version, or add a Dockerfile: there are 18, 20, 22, 26.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			plan, err := Detect(detecttest.NewTree(t, test.files), buildplan.Settings{})
			require.NoError(t, err)
			require.Contains(t, plan.Dockerfile, "FROM "+test.image)
			require.Equal(t, test.sentence, plan.Missing[test.image])
		})
	}
}
