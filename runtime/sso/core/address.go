package core

import (
	"net/netip"
	"strings"
)

// addressRules says from where a user may come (user_address_list).
type addressRules struct {
	byUser            map[string][]netip.Prefix // the zero prefix is any address
	rejectIfNotListed bool
}

func newAddressRules(cfg *Config) (addressRules, error) {
	rules := addressRules{byUser: map[string][]netip.Prefix{}, rejectIfNotListed: cfg.Login.RejectIfNotListed}
	for username, networks := range cfg.UserAddressList {
		rules.byUser[username] = []netip.Prefix{}
		for _, network := range networks {
			prefix, err := parseNetwork(network)
			if err != nil {
				return addressRules{}, err
			}
			rules.byUser[username] = append(rules.byUser[username], prefix)
		}
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
	for _, network := range networks {
		if comesFrom(network, addresses) {
			return true
		}
	}
	return false
}

// comesFrom reports whether one of the addresses, which are joined by commas,
// is in a network; the zero prefix is any.
func comesFrom(network netip.Prefix, addresses string) bool {
	if !network.IsValid() {
		return true
	}
	for text := range strings.SplitSeq(addresses, ",") {
		addr, err := netip.ParseAddr(strings.TrimSpace(text))
		if err == nil && network.Contains(addr.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}
