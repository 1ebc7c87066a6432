// Package networks reads lists of addresses and networks, as settings have
// them.
package networks

import (
	"fmt"
	"net/netip"
)

// Parse reads an address, or a network such as 10.0.0.0/8.
func Parse(text string) (netip.Prefix, error) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked(), nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address, nor a network such as 10.0.0.0/8", text)
	}
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// ParseAll reads a list of them.
func ParseAll(texts []string) ([]netip.Prefix, error) {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		var err error
		if all[i], err = Parse(text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Contain reports whether an address is in one of the networks.
func Contain(networks []netip.Prefix, addr netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}
