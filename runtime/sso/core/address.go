package core

import (
	"net/netip"
	"strings"

	"gatehouse/runtime/internal/network"
)

// addressRules says from where a user may come (user_address_list).
type addressRules struct {
	byUser            map[string]network.List
	rejectIfNotListed bool
}

func newAddressRules(cfg *Config) (addressRules, error) {
	rules := addressRules{byUser: map[string]network.List{}, rejectIfNotListed: cfg.Login.RejectIfNotListed}
	for username, networks := range cfg.UserAddressList {
		list, err := network.ParseList(networks)
		if err != nil {
			return addressRules{}, err
		}
		rules.byUser[username] = list
	}
	return rules, nil
}

// allow reports whether the user may come from one of the addresses, which
// are joined by commas.
func (r *addressRules) allow(username, addresses string) bool {
	networks, listed := r.byUser[username]
	if !listed {
		return !r.rejectIfNotListed
	}
	for _, prefix := range networks {
		if comesFrom(prefix, addresses) {
			return true
		}
	}
	return false
}

// comesFrom reports whether one of the addresses, which are joined by commas,
// is in a network; the zero prefix is any.
func comesFrom(prefix netip.Prefix, addresses string) bool {
	if !prefix.IsValid() {
		return true
	}
	for text := range strings.SplitSeq(addresses, ",") {
		addr, err := netip.ParseAddr(strings.TrimSpace(text))
		if err == nil && prefix.Contains(addr.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}
