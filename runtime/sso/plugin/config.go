package plugin

import (
	"gatehouse/runtime/sso/core"
	"gatehouse/runtime/sso/ssoconf"
)

// ImportConfig turns Zato's sso.conf into a configuration of ours.
func ImportConfig(name, text string) (ssoconf.Result, error) {
	return ssoconf.Convert(name, text, func() ssoconf.Settings {
		cfg := core.DefaultConfig()
		return &cfg
	})
}
