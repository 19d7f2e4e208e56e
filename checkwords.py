"""Four words made from a certificate's fingerprint, for people to compare: read aloud they say whether two screens mean
the same server.

Both sides make them, so this file stands beside `protocol.py` and imports the standard library only. 256 words give 32
bits; that a certificate with the same words is not simply searched for, each try costs `ROUNDS` of hashing, some 2^15
times as much as a bare hash. Programs compare whole fingerprints: the words are for the first time, and for people.
"""

from __future__ import annotations

import functools

ROUNDS = 40_000
SEPARATOR = " \N{MIDDLE DOT} "
_PURPOSE = b"obrolan check words 1"

WORDS = """
air akar alam alat alis alun anak anggur angin angka apel arah arang arus asap asin atap awan ayah ayam badak baik
bait baja baju bakau bakso balai balok bambu bangau bangku bantal batas batik batu bawang bayam bebek bekal beli
benang benua beras besar besi betis biji bintang biola biru bola bubur budaya bukit buku bulan bulat bumi bunga buruk
cabai cahaya cangkir cantik cincin cepat cerah cerita cermin coklat cuaca cucu dagu dahan damai danau dapur darat
dasar daun dekat delapan delima denah depan desa dingin dinding domba dua duku dunia durian ekor elang emas empat enam
esok fajar gajah gambar garam garis gelas gempa gigi gitar goreng gosok gula gunung guru hangat harapan harimau hari
hasil hati hijau hitam hujan hutan ibu ikan indah intan itik jagung jahe jalan jambu jamur jari jauh jeruk jingga
juang juara kabut kaca kaki kamar kambing kanan kapal kapas kasur kayu kebun kecil kelapa kelinci kembang kemarin
kereta kertas kiri kita kopi kota kuda kue kuning kunci kupu kursi kurma ladang laju langit lampu laut lebah lemari
lentera lima lintah lombok lonceng luas lucu madu makan malam mangga manis mata matahari mawar meja melati menara
merah merdu merpati minum monyet muda musim nanas nasi nelayan padi pagi pahat panas panjang pantai papan pasar pasir
payung pelangi perahu perak pintu pisang pohon pulau putih raja rambut ratu roda roti ruang rubah rumah rumput rusa
sabun sagu sapi sawah sayap sayur sejuk senja senyum sepatu singa siput sirih sungai susu tangga tari tebu telur teman
tenda tikar tujuh wayang
""".split()  # noqa: SIM905 - 256 strings would hide what is in them


def words_of(certificate: bytes) -> tuple[str, ...]:
    """The four words of a certificate (DER). Takes some hundredths of a second."""
    import hashlib  # noqa: PLC0415 - the window's first paint does without it

    return words_of_fingerprint(hashlib.sha256(certificate).digest())


@functools.lru_cache(maxsize=64)
def words_of_fingerprint(fingerprint: bytes) -> tuple[str, ...]:
    """The same for what is kept of a certificate: its SHA-256, 32 bytes."""
    import hashlib  # noqa: PLC0415 - as above

    digest = hashlib.pbkdf2_hmac("sha256", fingerprint, _PURPOSE, ROUNDS, 4)
    return tuple(WORDS[number] for number in digest)


def written(fingerprint: str) -> str:
    """The words as people read them, of a fingerprint in hexadecimal digits."""
    return SEPARATOR.join(words_of_fingerprint(bytes.fromhex(fingerprint)))
