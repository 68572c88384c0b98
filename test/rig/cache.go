package rig

import (
	"github.com/caarlos0/env/v11"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// CacheDir is the folder of what is made once and kept, the same as that of `zeitwork up`: the daemons, base images, gems and
// PHP packages.
func CacheDir() string {
	// A text can be parsed whatever it is.
	return env.Must(env.ParseAs[toolchain.Config]()).CacheDir
}
