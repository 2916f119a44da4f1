using System.Text;

namespace Orleans.Inference.Entities;

public sealed class XxHash64Tests
{
    // Published values of the reference implementation.
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("as", 0x1C330FB2D66BE179)]
    [InlineData("asd", 0x631C37CE72A97393)]
    [InlineData("asdf", 0x415872F599CEA71E)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    [InlineData("Call me Ishmael. Some years ago--never mind how long precisely-", 0x02A2E85470D6FD96)]
    public void Hash_OfPublishedText_IsThePublishedValue(string text, ulong expected) =>
        Assert.Equal(expected, XxHash64.Hash(Encoding.UTF8.GetBytes(text)));

    // The sanity buffer of xxHash's own checks: byte i is the top byte of PRIME32^(2^...), here PRIME32 multiplied on and on.
    [Theory]
    [InlineData(0, 0UL, 0xEF46DB3751D8E999)]
    [InlineData(0, 2654435761UL, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0UL, 0xE934A84ADB052768)]
    [InlineData(1, 2654435761UL, 0x5014607643A9B4C3)]
    [InlineData(4, 0UL, 0x9136A0DCA57457EE)]
    [InlineData(14, 0UL, 0x8282DCC4994E35C8)]
    [InlineData(14, 2654435761UL, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0UL, 0xB641AE8CB691C174)]
    [InlineData(222, 2654435761UL, 0x20CB8AB7AE10C14A)]
    public void Hash_OfTheReferenceSanityBuffer_IsThePublishedValue(int length, ulong seed, ulong expected)
    {
        var bytes = new byte[length];
        var generator = 2654435761UL;
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(generator >> 56);
            generator *= 11400714785074694797UL;
        }

        Assert.Equal(expected, XxHash64.Hash(bytes, seed));
    }

    [Fact]
    public void Hash_OfOneBitChanged_Differs()
    {
        var bytes = Encoding.UTF8.GetBytes("a key of some forty bytes, to reach stripes");
        var seen = new HashSet<ulong> { XxHash64.Hash(bytes) };
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(seen.Add(XxHash64.Hash(bytes)), $"bit {bit} does not matter");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
