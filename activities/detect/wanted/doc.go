// Package wanted finds the environment variables that an app seems to want, in the files where its authors have named them.
package wanted
