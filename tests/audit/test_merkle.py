"""The vectors are those that Certificate Transparency's implementations share (RFC 6962, section 2.1)."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.audit import merkle

INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_root_is_that_of_the_known_vectors(size: int) -> None:
    leaves = [merkle.leaf(bytes.fromhex(text)) for text in INPUTS[:size]]

    assert merkle.root(leaves).hex() == ROOTS[size - 1]


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_stream_gives_what_the_definition_gives(contents: list[bytes]) -> None:
    leaves = [merkle.leaf(content) for content in contents]

    assert merkle.root(iter(leaves)) == defined_root(leaves)


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, written down as it stands there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


# Proofs

PATHS = [
    # index, size, path: the vectors of Certificate Transparency's implementations
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONTINUATIONS = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def kept(leaves: list[bytes]) -> merkle.Node:
    """Every whole subtree, found by adding leaves one by one."""
    found: dict[tuple[int, int], bytes] = {}
    counts: dict[int, int] = {}

    def keep(height: int, node: bytes) -> None:
        counts[height] = counts.get(height, -1) + 1
        found[height, counts[height]] = node

    tree = merkle.Frontier(then=keep)
    for hashed in leaves:
        tree.add(hashed)
    return lambda height, number: found[height, number]


KNOWN = [merkle.leaf(bytes.fromhex(text)) for text in INPUTS]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_inclusion_proofs_are_the_known_ones(index: int, size: int, path: list[str]) -> None:
    assert [node.hex() for node in merkle.inclusion(index, size, kept(KNOWN))] == path


@pytest.mark.parametrize(("first", "second", "path"), CONTINUATIONS)
def test_consistency_proofs_are_the_known_ones(first: int, second: int, path: list[str]) -> None:
    assert [node.hex() for node in merkle.consistency(first, second, kept(KNOWN))] == path


LEAVES = st.integers(1, 70).map(lambda size: [merkle.leaf(bytes([number])) for number in range(size)])


@given(LEAVES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_for_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, top = merkle.inclusion(index, len(leaves), kept(leaves)), merkle.root(leaves)

    assert merkle.is_included(leaves[index], index, len(leaves), path, top)
    assert not merkle.is_included(merkle.leaf(b"another"), index, len(leaves), path, top)
    assert not merkle.is_included(leaves[index], index, len(leaves), [*path, top], top)
    assert not merkle.is_included(leaves[index], len(leaves), len(leaves), path, top)
    if path:
        assert not merkle.is_included(leaves[index], index, len(leaves), path[:-1], top)


@given(LEAVES, st.data())
def test_a_consistency_proof_holds_for_its_two_trees_and_for_no_others(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    path = merkle.consistency(first, len(leaves), kept(leaves))
    before, after = merkle.root(leaves[:first]), merkle.root(leaves)

    assert merkle.is_consistent(first, len(leaves), before, after, path)
    assert not merkle.is_consistent(first, len(leaves), before, merkle.EMPTY, path)
    assert not merkle.is_consistent(first, len(leaves), merkle.EMPTY, after, path)
    assert not merkle.is_consistent(first, len(leaves), before, after, [*path, after])


@given(LEAVES, st.data())
def test_a_tree_goes_on_from_its_stored_nodes(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(leaves)))
    tree = merkle.Frontier(size, kept(leaves))
    for hashed in leaves[size:]:
        tree.add(hashed)

    assert tree.root() == merkle.root(leaves) == merkle.root_of(len(leaves), kept(leaves))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_there_is_no_proof_between_trees_that_do_not_follow(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        merkle.consistency(first, second, kept(KNOWN))
