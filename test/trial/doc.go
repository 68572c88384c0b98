// Package trial deploys applications on a platform of its own, one after the other, and asks each for a page: what test/apps and test/trees share.
package trial
