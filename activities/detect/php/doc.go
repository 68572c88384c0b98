// Package php plans the build of Laravel apps.
package php
