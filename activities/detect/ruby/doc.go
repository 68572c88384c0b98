// Package ruby plans the build of Rails apps.
package ruby
