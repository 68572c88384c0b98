package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/edgeproxy"
)

// edgeproxyConfig is the configuration of `zeitwork edgeproxy`.
type edgeproxyConfig struct {
	ServiceConfig

	Edge edgeproxy.Config
}

func edgeproxyCommand() *cobra.Command {
	return serviceCommand("edgeproxy", "Proxy requests from the internet to the VMs", func(ctx context.Context, config edgeproxyConfig, parts parts) error {
		proxy, err := edgeproxy.New(config.Edge, parts.logger)
		if err != nil {
			return err
		}

		return proxy.Run(ctx)
	})
}
