using System.Runtime.ExceptionServices;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>Runs something on a thread with a name, so that its processor time can be told from that of others.</summary>
internal static class OnThread
{
    public static T Run<T>(string name, Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            Name = name,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }
}
