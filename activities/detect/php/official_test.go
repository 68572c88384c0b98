package php

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestOfficialPHP_IsTakenForVersionsThatDebianLacks(t *testing.T) {
	t.Parallel()

	const extensions = `,"ext-gd":"*","ext-curl":"*","ext-mbstring":"*","ext-imagick":"*","ext-ftp":"*","ext-ffi":"*","ext-ldap":"*"`

	app := func(php, more string) map[string]string {
		return detecttest.NewLaravel(map[string]string{
			"composer.json": `{"require":{"php":"` + php + `","laravel/framework":"^10.0"` + more + `}}`,
			"composer.lock": `{"packages":[{"name":"laravel/framework","version":"v10.48.0","require":{"php":"^8.1"}}]}`,
		})
	}

	for php, version := range map[string]string{"8.3.*": "8.3", "~8.1.0": "8.1", "8.3.14": "8.3.14", ">=8.1 <8.2": "8.1"} {
		plan := detectors.RequirePlan(t, app(php, extensions), buildplan.Settings{})
		require.Equal(t, version, plan.Versions["php"])
		require.Contains(t, plan.Reason, "PHP "+version+": composer.json requires php "+php+", and Debian has no such version.")
		require.Contains(t, plan.Dockerfile, "FROM docker.io/library/php:"+version+"-fpm AS php\n")
		require.Contains(t, plan.Missing, "docker.io/library/php:"+version+"-fpm")
		require.Contains(t, plan.Missing, "docker.io/library/composer:2")

		for _, line := range []string{
			"--no-install-recommends git libffi-dev libfreetype-dev libjpeg-dev libldap-common libldap-dev libmagickwand-dev libpng-dev libpq-dev libwebp-dev libzip-dev unzip && \\\n",
			"docker-php-ext-configure gd --with-freetype --with-jpeg --with-webp && \\\n    docker-php-ext-configure ldap --with-libdir=\"lib/$(gcc -dumpmachine)\" && \\\n" +
				"    docker-php-ext-install -j\"$(nproc)\" ffi gd ldap pcntl pdo_mysql pdo_pgsql zip && \\\n    for name in opcache ftp; do",
			`cp "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"`,
			"pecl install imagick redis && docker-php-ext-enable imagick redis", "COPY --from=docker.io/library/composer:2 /usr/bin/composer",
			"COPY <<'EOF' /usr/local/etc/php-fpm.conf\n", "COPY <<'EOF' /usr/local/etc/php/conf.d/90-app.ini\n", "\nphp-fpm --nodaemonize",
		} {
			require.Contains(t, plan.Dockerfile, line)
		}
	}

	detectors.RequireError(t, app("8.3.*", `,"ext-swoole":"*"`), buildplan.Settings{}, "composer.json requires ext-swoole *, an extension that is not to be had for this version of PHP")
}
